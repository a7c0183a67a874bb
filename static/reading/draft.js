// What a reader has entered for a reading, kept in this tab until the server has it.

const PREFIX = "reading:";

export function loadDraft(storage, reading) {
  try {
    return JSON.parse(storage.getItem(PREFIX + reading)) ?? {};
  } catch {
    return {};
  }
}

// A full or forbidden store must not stop a reading.
export function saveDraft(storage, reading, draft) {
  try {
    storage.setItem(PREFIX + reading, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropOtherDrafts(storage, reading) {
  try {
    const keys = Array.from({ length: storage.length }, (_, i) => storage.key(i));
    for (const key of keys) if (key.startsWith(PREFIX) && key !== PREFIX + reading) storage.removeItem(key);
  } catch {
    // Nothing stored, nothing to drop.
  }
}
