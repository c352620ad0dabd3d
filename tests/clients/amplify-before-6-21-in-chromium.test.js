import { openChromium } from './amplify/in-chromium.js';
import { describeAmplify } from './amplify/scenarios.js';

describeAmplify('an aws-amplify from before 6.21 in Chromium', () =>
  openChromium('aws-amplify-before-6-21'),
);
