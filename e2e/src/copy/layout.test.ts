import { describeCopyRows, describeTagRow } from './copy-rows.js';
import { startLayoutSide } from './sides.js';

describeCopyRows('OCI layout', startLayoutSide, ['source', 'destination']);
describeTagRow('OCI layout', startLayoutSide);
