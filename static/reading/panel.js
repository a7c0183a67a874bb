// The column beside the image: progress, clinical history, and one line that says what is going on.

export class Panel {
  constructor(root) {
    this.root = root;
    this.position = root.querySelector("#position");
    this.progress = root.querySelector("#progress");
    this.history = root.querySelector("#history");
    this.status = root.querySelector("#status");
    this.submit = root.querySelector("#submit");
    this.form = root.querySelector("#questions");
  }

  open({ position, total, history }) {
    this.position.textContent = `Case ${position} of ${total}`;
    this.progress.max = total;
    this.progress.value = position - 1;
    // A history that comes and goes would move the questions from case to case.
    this.history.hidden &&= !history;
    this.history.querySelector("p").textContent = history ?? "None given";
    this.root.querySelector("#scroll").scrollTop = 0;
  }

  // tone: "" for news, "trouble" for what the reader should notice.
  say(sentence, tone = "") {
    this.status.textContent = sentence;
    this.status.dataset.tone = tone;
  }

  showKey(goesOn) {
    this.submit.querySelector("[data-key]").textContent = goesOn ? "Ctrl Enter" : "Enter";
  }

  lock(locked) {
    this.form.inert = locked;
    this.submit.disabled = locked;
  }
}
