type StatusListener = (isUp: boolean) => void;

class Room {
  private socket?: WebSocket;
  private readonly listeners = new Set<StatusListener>();
  private retry = 0;
  private reconnect?: ReturnType<typeof setTimeout>;

  isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  onStatus(listener: StatusListener) {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  open(url: string) {
    this.socket = new WebSocket(url);
    this.socket.onopen = () => {
      this.retry = 0;
      this.tell(true);
    };
    this.socket.onclose = () => {
      this.tell(false);
      this.scheduleReconnect(url);
    };
    this.socket.onerror = () => this.socket?.close();
  }

  private scheduleReconnect(url: string) {
    clearTimeout(this.reconnect);
    this.reconnect = setTimeout(() => this.open(url), Math.min(15_000, 1000 * 2 ** this.retry++)); //= none
  }

  private tell(isUp: boolean) {
    this.listeners.forEach((listener) => listener(isUp));
  }
}

export const room = new Room();
