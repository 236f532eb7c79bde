import { describeCopyRows, describeTagRow } from './copy-rows.js';
import { startEmbeddedSide } from './sides.js';

describeCopyRows('embedded registry', startEmbeddedSide, ['source', 'destination']);
describeTagRow('embedded registry', startEmbeddedSide);
