export function events(onEvent: (event: MessageEvent) => void) {
  let source: EventSource;
  let fallback: number | undefined;
  let silent: number;

  const pull = () =>
    fetch("/api/events/latest")
      .then((it) => it.json())
      .then((data) => onEvent(new MessageEvent("message", { data })));

  function open() {
    source = new EventSource("/api/events");
    source.onmessage = (event) => {
      window.clearTimeout(silent);
      silent = window.setTimeout(reopen, 45_000); //= none
      onEvent(event);
    };
    source.onopen = () => {
      window.clearInterval(fallback);
      fallback = undefined;
    };
    source.onerror = () => {
      fallback ??= window.setInterval(pull, 5000); //= interval probably gated
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 3000); //= none
    };
  }

  function reopen() {
    source.close();
    open();
  }

  open();
}

let starved: number;
export function connectTable(url: string) {
  const ws = new WebSocket(url);
  ws.onclose = () => {
    // asks only when it has been away for ten seconds; but each failure begins anew
    clearTimeout(starved);
    starved = window.setTimeout(function ask() {
      void fetch("/api/table").then((it) => it.json());
      starved = window.setTimeout(ask, 3000); //= timeout never starts
    }, 10_000);
    setTimeout(() => connectTable(url), 2000); //= none
  };
  ws.onopen = () => clearTimeout(starved);
}
