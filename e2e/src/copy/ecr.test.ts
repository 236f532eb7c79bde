import { describeCopyRows } from './copy-rows.js';
import { startEcrSide } from './sides.js';

describeCopyRows('embedded registry, ECR profile', startEcrSide, ['source', 'destination']);
