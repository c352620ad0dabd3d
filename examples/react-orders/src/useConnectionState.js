import { CONNECTION_STATE_CHANGE, ConnectionState } from 'aws-amplify/data';
import { Hub } from 'aws-amplify/utils';
import { useEffect, useState } from 'react';

/** Returns the state of amplify's connection, as amplify announces it. */
export function useConnectionState() {
  const [state, setState] = useState(ConnectionState.Disconnected);

  useEffect(
    () =>
      Hub.listen('api', ({ payload }) => {
        if (payload.event === CONNECTION_STATE_CHANGE) setState(payload.data.connectionState);
      }),
    [],
  );

  return state;
}
