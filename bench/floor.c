/*
 * The floor: a program that sends the same bytes to every socket, and does nothing else. No
 * server of the same cadence can cost less.
 *
 *   floor PORT BYTES_PER_S PULSE_MS SLICES BURST_BYTES
 *
 * Listeners are spread over SLICES, each of which has its turn once in a pulse. Who connects
 * gets a head and the burst at once. What a full socket does not take is lost.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST = 1 << 20, BACKLOG = 4096 };

struct slice {
    int *sockets;
    int count, room;
    uint64_t sent; /* of the stream, to everyone here */
};

static char audio[LONGEST];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static int open_port(int port)
{
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) || listen(fd, BACKLOG)) {
        perror("floor");
        exit(1);
    }
    return fd;
}

static void seat(struct slice *slice, int socket)
{
    if (slice->count == slice->room) {
        slice->room = slice->room ? 2 * slice->room : 64;
        slice->sockets = realloc(slice->sockets, sizeof(int) * slice->room);
        if (!slice->sockets)
            exit(1);
    }
    slice->sockets[slice->count++] = socket;
}

static void accept_all(int door, struct slice *slices, int count, int burst)
{
    static const char head[] = "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n";
    static int next;
    int socket;
    while ((socket = accept4(door, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        send(socket, head, strlen(head), MSG_NOSIGNAL | MSG_MORE);
        send(socket, audio, burst, MSG_NOSIGNAL);
        seat(&slices[next], socket);
        next = (next + 1) % count;
    }
}

static void serve(struct slice *slice, uint64_t due)
{
    size_t size = due - slice->sent < LONGEST ? due - slice->sent : LONGEST;
    slice->sent = due;
    for (int i = 0; size && i < slice->count; i++) {
        int socket = slice->sockets[i];
        if (send(socket, audio, size, MSG_NOSIGNAL) < 0 && errno != EAGAIN) {
            close(socket);
            slice->sockets[i--] = slice->sockets[--slice->count];
        }
    }
}

int main(int words, char **word)
{
    if (words != 6) {
        fprintf(stderr, "floor PORT BYTES_PER_S PULSE_MS SLICES BURST_BYTES\n");
        return 2;
    }
    double rate = atof(word[2]), pulse = atof(word[3]) / 1e3;
    int count = atoi(word[4]), burst = atoi(word[5]);
    if (count < 1 || rate <= 0 || pulse <= 0 || burst < 0 || burst > LONGEST)
        return 2;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    srand(1);
    for (int i = 0; i < LONGEST; i++)
        audio[i] = rand();
    struct slice *slices = calloc(count, sizeof *slices);
    struct pollfd door = {.fd = open_port(atoi(word[1])), .events = POLLIN};
    double start = now();
    for (uint64_t turn = 1;; turn++) {
        double due = start + turn * pulse / count, wait;
        while ((wait = due - now()) > 0) {
            struct timespec t = {.tv_sec = wait, .tv_nsec = (wait - (long)wait) * 1e9};
            if (ppoll(&door, 1, &t, NULL) > 0)
                accept_all(door.fd, slices, count, burst);
        }
        serve(&slices[turn % count], rate * (due - start));
    }
}
