import { openNode } from './amplify/in-node.js';
import { describeAmplify } from './amplify/scenarios.js';

describeAmplify('an aws-amplify from before 6.21 in Node', () =>
  openNode('aws-amplify-before-6-21'),
);
