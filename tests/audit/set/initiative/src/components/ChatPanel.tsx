import { Component, createRef, type FormEvent } from "react";
import { http } from "@/api";

interface Line {
  id: number;
  author: string;
  body: string;
}

interface State {
  lines: Line[];
  typing: string[];
  draft: string;
}

export class ChatPanel extends Component<{ table: string }, State> {
  state: State = { lines: [], typing: [], draft: "" };
  private timer?: ReturnType<typeof setInterval>;
  private typingTimer?: ReturnType<typeof setTimeout>;
  private readonly end = createRef<HTMLDivElement>();

  componentDidMount() {
    this.fetchLines();
    this.timer = setInterval(this.fetchLines, 1500); //= interval ungated
  }

  componentWillUnmount() {
    clearInterval(this.timer);
    clearTimeout(this.typingTimer);
  }

  fetchLines = () => {
    const since = this.state.lines.at(-1)?.id ?? 0;
    http
      .get<Line[]>(`/tables/${this.props.table}/chat`, { params: { since } })
      .then(({ data }) => {
        if (!data.length) return;
        this.setState((old) => ({ lines: [...old.lines, ...data] }));
        setTimeout(() => this.end.current?.scrollIntoView({ behavior: "smooth" }), 0); //= none
      })
      .catch(console.error);
  };

  onType = (draft: string) => {
    this.setState({ draft });
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => { //= none
      void http.post(`/tables/${this.props.table}/typing`, { typing: false });
    }, 2000);
  };

  send = async (event: FormEvent) => {
    event.preventDefault();
    await http.post(`/tables/${this.props.table}/chat`, { body: this.state.draft });
    this.setState({ draft: "" });
    setTimeout(this.fetchLines, 300); //= none
  };

  render() {
    return (
      <form onSubmit={this.send}>
        {this.state.lines.map((it) => <p key={it.id}>{it.author}: {it.body}</p>)}
        <div ref={this.end} />
        <input value={this.state.draft} onChange={(event) => this.onType(event.target.value)} />
      </form>
    );
  }
}
