/* The report form as a React component. The frame is an element of React's own, so it works before and
 * without the loader, and in HTML that a server rendered; the loader adopts it, and fits its height. */
import { useEffect, useRef } from 'react';

/** Who hears what happens in which frame. The loader keeps one handler a type, so all forms share ours. */
const listeners = new Map();

/** Put the loader of a server into the page, once; it finds in the queue what is to be heard. */
function load(server) {
  const src = `${server}/widget/v1.js`;
  if (document.querySelector(`script[src="${src}"]`)) return;
  window.IWFReport ||= function () { (window.IWFReport.q ||= []).push(arguments); };
  for (const type of ['hello', 'step', 'submitted', 'failed']) {
    window.IWFReport('on', type, (event) => listeners.get(event.frame)?.(event));
  }
  document.head.append(Object.assign(document.createElement('script'), { src, async: true }));
}

/** onEvent gets {type, frame, n}: hello, step (its number n), submitted or failed. Nothing of the report is in it. */
export function ReportForm({ server, partnerKey, lang, campaign, theme, prefill, title, height = 680, onEvent }) {
  const frame = useRef(null);

  useEffect(() => load(server), [server]);
  useEffect(() => {
    const element = frame.current;
    listeners.set(element, (event) => onEvent?.(event));
    return () => { listeners.delete(element); };
  }, [onEvent]);

  const given = (values) => new URLSearchParams(Object.entries(values || {}).filter(([, value]) => value));
  const src = `${server}/embed/${partnerKey}?${given({ lang, campaign, theme })}#${given(prefill)}`;
  return (
    <iframe ref={frame} data-iwf="" src={src} title={title} width="100%" height={height}
      frameBorder="0" referrerPolicy="origin" />
  );
}
