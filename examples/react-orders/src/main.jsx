import { Amplify } from 'aws-amplify';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { amplifyConfiguration } from './configuration.js';
import { OrderUpdates } from './OrderUpdates.jsx';
import './style.css';

Amplify.configure(amplifyConfiguration);

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <OrderUpdates />
  </StrictMode>,
);
