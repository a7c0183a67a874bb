// What the viewer holds, in bytes, and how much it may: decoded frames with their levels, and the panes' textures.

const MEGABYTE = 1024 * 1024;

export class Ledger {
  #held = new Map(); // holder -> bytes
  bytes = 0;
  most = 0;
  onFull = () => {}; // makes room

  constructor(megabytes = 512, onMore = () => {}) {
    this.limit = megabytes * MEGABYTE;
    this.onMore = onMore;
  }

  of(holder) {
    return this.#held.get(holder) ?? 0;
  }

  note(holder, bytes) {
    const more = bytes - this.of(holder);
    this.bytes += more;
    if (bytes) this.#held.set(holder, bytes);
    else this.#held.delete(holder);
    if (more <= 0) return;
    if (this.bytes > this.limit) this.onFull();
    if (this.bytes <= this.most) return;
    this.most = this.bytes;
    this.onMore(this.most);
  }
}
