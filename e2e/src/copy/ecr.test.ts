import { describeCopyRows, describeTagRow } from './copy-rows.js';
import { startEcrSide, startEcrWithoutRedirects } from './sides.js';

describeCopyRows('embedded registry, ECR profile', startEcrSide, ['source']);
describeCopyRows('embedded registry, ECR profile', startEcrWithoutRedirects, ['destination']);
describeTagRow('embedded registry, ECR profile', startEcrSide);
