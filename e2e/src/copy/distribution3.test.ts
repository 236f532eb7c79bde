import { describeCopyRows, describeTagRow } from './copy-rows.js';
import { startDistribution3Side } from './sides.js';

describeCopyRows('CNCF distribution 3', startDistribution3Side, ['source']);
describeTagRow('CNCF distribution 3', startDistribution3Side);
