import { describeCopyRows } from './copy-rows.js';
import { startLayoutSide } from './sides.js';

describeCopyRows('OCI layout', startLayoutSide, ['source', 'destination']);
