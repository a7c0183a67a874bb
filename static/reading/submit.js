// One answer, sent until the server says that it is kept. The body, with its submission_id, is the same on every try.

import { backoff, isPassing } from "./retry.js";

const PATIENCE_MS = 20000;

// -> {state: "kept", next} | {state: "already"} | {state: "not kept", error} | {state: "refused", error, fields} | {state: "closed", status}
export async function submit(url, body, { fetch, token, sleep, onWaiting, random = Math.random }) {
  for (let attempt = 0; ; attempt++) {
    const response = await post(url, body, fetch, token);
    const outcome = response && (await outcomeOf(response));
    if (outcome) return outcome;
    const wait = backoff(attempt, random);
    onWaiting?.(attempt + 1, wait);
    await sleep(wait);
  }
}

// Null when there was no answer, or one that another try may better.
async function post(url, body, fetch, token) {
  try {
    const response = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return isPassing(response.status) ? null : response;
  } catch {
    return null;
  }
}

async function outcomeOf(response) {
  const reply = await response.json().catch(() => null);
  if (response.status === 409) {
    return reply?.code === "already_kept" ? { state: "already" } : { state: "not kept", error: reply?.error ?? "" };
  }
  if (response.ok) return reply?.kept === true ? { state: "kept", next: reply.next ?? null } : null;
  if (response.status === 400) {
    return { state: "refused", error: reply?.error ?? "The server could not take this answer.", fields: reply?.fields ?? {} };
  }
  return { state: "closed", status: response.status };
}

export function submissionId(source = crypto) {
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
