import { describeCopyRows } from './copy-rows.js';
import { startCraneSide } from './sides.js';

describeCopyRows('crane registry serve', startCraneSide, ['source', 'destination']);
