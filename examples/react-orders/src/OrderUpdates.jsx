import { events } from 'aws-amplify/data';
import { useEffect, useState } from 'react';
import { useConnectionState } from './useConnectionState.js';

const channelName = '/default/orders';

/** Lists the orders of a channel as they happen, newest first. */
export function OrderUpdates() {
  const connectionState = useConnectionState();
  const [orders, setOrders] = useState([]);
  const [problem, setProblem] = useState(null);

  useEffect(() => {
    let channel = null;
    let unmounted = false;

    async function follow() {
      try {
        channel = await events.connect(channelName);
        // Unmounted before the connection was there: StrictMode does that, and quick users do.
        if (unmounted) return channel.close();
        channel.subscribe({
          next: ({ event }) => setOrders((known) => [event, ...known]),
          error: ({ errors }) => setProblem(errors[0].message),
        });
      } catch (error) {
        if (!unmounted) setProblem(error.message);
      }
    }

    follow();
    return () => {
      unmounted = true;
      channel?.close();
    };
  }, []);

  return (
    <main>
      <header>
        <h1>Orders</h1>
        <output className="connection" data-state={connectionState}>
          {connectionState}
        </output>
      </header>
      {problem && <p role="alert">No updates: {problem}</p>}
      {orders.length === 0 && <p>No order yet.</p>}
      <ol aria-label="Orders">
        {orders.map((order, index) => (
          <li key={orders.length - index}>
            <strong>{order.id}</strong> <span>{order.status}</span>
          </li>
        ))}
      </ol>
    </main>
  );
}
