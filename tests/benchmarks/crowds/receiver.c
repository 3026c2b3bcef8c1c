/* The least that can receive: opens websockets, finds where each frame ends, counts them.
 * It looks at no byte of a payload. Says "ready", reads when the broadcast begins and how far its
 * messages are apart (seconds on CLOCK_MONOTONIC), then prints one line: wall and processor seconds,
 * and the latencies' median and 99th percentile, all in seconds. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  int fd, head, frames;
  unsigned char header[10];
  unsigned long long left;
} Client;

static char buffer[1 << 18];
static float *latencies;
static long deliveries;
static double start, every;
static int greeting;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static double processor(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void frame(Client *client, double at) {
  int number = client->frames++ - greeting;
  if (number >= 0) latencies[deliveries++] = (float)(at - start - number * every);
}

static void parse(Client *client, const unsigned char *data, long size, double at) {
  while (size > 0) {
    if (client->left) {
      long some = (unsigned long long)size < client->left ? size : (long)client->left;
      data += some, size -= some, client->left -= some;
      if (!client->left) frame(client, at);
      continue;
    }
    client->header[client->head++] = *data++, size--;
    int length = client->header[1] & 127;
    int whole = client->head < 2 ? 2 : length == 126 ? 4 : length == 127 ? 10 : 2;
    if (client->head < whole) continue;
    client->left = length;
    if (whole > 2) {
      client->left = 0;
      for (int i = 2; i < whole; i++) client->left = client->left << 8 | client->header[i];
    }
    client->head = 0;
    if (!client->left) frame(client, at);
  }
}

static void join(Client *client, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  client->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(client->fd, (struct sockaddr *)&to, sizeof to)) perror("connect"), exit(1);
  const char *asks =
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  if (write(client->fd, asks, strlen(asks)) < 0) perror("write"), exit(1);
  long size = 0;
  char *end = NULL;
  while (!end) {
    long got = read(client->fd, buffer + size, sizeof buffer - 1 - size);
    if (got <= 0) perror("handshake"), exit(1);
    buffer[size += got] = 0;
    end = strstr(buffer, "\r\n\r\n");
  }
  parse(client, (unsigned char *)end + 4, buffer + size - end - 4, 0);
}

static int by_size(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  int port = atoi(argv[1]), count = atoi(argv[2]);
  greeting = atoi(argv[3]);
  long expected = (long)count * atoi(argv[4]);
  Client *clients = calloc(count, sizeof *clients);
  latencies = malloc(sizeof *latencies * (expected + 1));
  int poll = epoll_create1(0);
  for (int i = 0; i < count; i++) {
    join(&clients[i], port);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};
    epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].fd, &event);
  }
  puts("ready");
  fflush(stdout);
  if (scanf("%lf %lf", &start, &every) != 2) return 2;
  double cpu = processor();
  struct epoll_event events[512];
  while (deliveries < expected) {
    int found = epoll_wait(poll, events, 512, 20000);
    if (found <= 0) return 3;
    for (int i = 0; i < found; i++) {
      Client *client = events[i].data.ptr;
      long got = read(client->fd, buffer, sizeof buffer);
      if (got <= 0) return 4;
      parse(client, (unsigned char *)buffer, got, now());
    }
  }
  double wall = now() - start;
  cpu = processor() - cpu;
  qsort(latencies, deliveries, sizeof *latencies, by_size);
  printf("%f %f %f %f\n", wall, cpu, latencies[deliveries / 2], latencies[deliveries * 99 / 100]);
  return 0;
}
