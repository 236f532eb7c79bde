import { describeCopyRows, describeTagRow } from './copy-rows.js';
import { startCraneSide } from './sides.js';

describeCopyRows('crane registry serve', startCraneSide, ['source', 'destination']);
describeTagRow('crane registry serve', startCraneSide);
