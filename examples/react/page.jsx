/* A page of a fictional forum that uses the component; strict mode, so that React mounts it twice while developing. */
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { ReportForm } from './ReportForm.jsx';

function Report({ server, partnerKey }) {
  const [shown, show] = useState(true);
  const [thanks, thank] = useState(false);
  return (
    <>
      <p>
        <button type="button" aria-expanded={shown} aria-controls="form" onClick={() => show(!shown)}>
          {shown ? 'Put the form away' : 'Show the form'}
        </button>
      </p>
      <div id="form">
        {shown && (
          <ReportForm
            server={server} partnerKey={partnerKey} lang="en" campaign="ok"
            title="Report child sexual abuse imagery"
            onEvent={({ type }) => type === 'submitted' && thank(true)}
          />
        )}
      </div>
      <p role="status">{thanks && 'Thank you for reporting.'}</p>
    </>
  );
}

const place = document.getElementById('app');
createRoot(place).render(
  <StrictMode><Report server={place.dataset.server} partnerKey={place.dataset.key} /></StrictMode>,
);
