import { Amplify } from 'amplify-under-test';
import { events } from 'amplify-under-test/data';
import { Hub } from 'amplify-under-test/utils';
import { Session } from './session.js';

/** Opens the session of this worker thread or page, with the aws-amplify that is bundled in. */
export const openSession = () => new Session({ Amplify, events, Hub });
