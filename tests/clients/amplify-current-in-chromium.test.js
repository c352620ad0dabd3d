import { openChromium } from './amplify/in-chromium.js';
import { describeAmplify } from './amplify/scenarios.js';

describeAmplify('the current aws-amplify in Chromium', () => openChromium('aws-amplify'));
