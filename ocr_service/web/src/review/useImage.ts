import { useEffect, useState } from "react";

interface Shown {
  /** What the picture is of: a sharper one of the same thing replaces it without a gap. */
  subject: string;
  url: string;
}

/**
 * A picture fetched once and held in memory as long as it is shown: every look at the service is
 * audited, and its pictures must not be kept by the browser.
 */
export function useImage(address: string | null, subject: string) {
  const [shown, setShown] = useState<Shown | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    if (address === null) return;
    const stop = new AbortController();
    fetch(address, { credentials: "same-origin", signal: stop.signal })
      .then((answer) => (answer.ok ? answer.blob() : Promise.reject(new Error(answer.statusText))))
      .then((blob) => {
        setFailed(null);
        setShown({ subject, url: URL.createObjectURL(blob) });
      })
      .catch(() => {
        if (!stop.signal.aborted) setFailed(address);
      });
    return () => stop.abort();
  }, [address, subject]);
  useEffect(() => {
    const url = shown?.url;
    return () => {
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, [shown]);
  return {
    url: shown?.subject === subject ? shown.url : null,
    failed: address !== null && failed === address,
  };
}
