import { describeCopyRows, describeTagRow } from './copy-rows.js';
import { startDistribution2Side } from './sides.js';

describeCopyRows('CNCF distribution 2.8', startDistribution2Side, ['source', 'destination']);
describeTagRow('CNCF distribution 2.8', startDistribution2Side);
