import { perform } from './session.js';
import { openSession } from './session-under-test.js';

const session = openSession();

globalThis.call = (method, argument) => perform(session, method, argument);
