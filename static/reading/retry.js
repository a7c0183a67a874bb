// How long to wait before trying a request again, and which answers are worth another try.

const FIRST_MS = 500;
const LONGEST_MS = 15000;

export function backoff(attempt, random = Math.random) {
  const full = Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS);
  return Math.round(full * (0.75 + 0.5 * random()));
}

export function isPassing(status) {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// The promise ends early when the browser says that the network is back.
export function sleepOrOnline(milliseconds) {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      removeEventListener("online", finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    addEventListener("online", finish);
  });
}
