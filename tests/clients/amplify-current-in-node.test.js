import { openNode } from './amplify/in-node.js';
import { describeAmplify } from './amplify/scenarios.js';

describeAmplify('the current aws-amplify in Node', () => openNode('aws-amplify'));
