/*
 * An audience: many listeners of a stream, from one epoll loop.
 *
 *   load PORT PATH LISTENERS JOINS_PER_S [option=number ...]
 *
 *   net=K      source addresses begin at 127.0.K.1, so that several can run side by side
 *   icy=1      asks for ICY metadata
 *   tls=1      over TLS (where compiled with WITH_TLS)
 *   mounts=M   listener i asks for PATH followed by i modulo M
 *   patience=S how long to wait for the first bytes of the last ones (10)
 *   stalled=N slow=N bytewise=N flapping=N
 *              so many of the listeners read nothing, a quarter of a stream, one byte at a
 *              time, or leave after a second and come back; they are counted apart
 *
 * "joined" is printed once all healthy listeners have had audio, or patience is over. Then
 * commands come by standard input: "begin" and "end" bound a window; at its end one line of
 * JSON tells what the healthy listeners got in it. The end of the input ends the program.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#ifdef WITH_TLS
#include <openssl/ssl.h>
#else
typedef void SSL;
#endif

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum { EVENTS = 512, PER_ADDRESS = 10000, OPENED_AT_ONCE = 256, SLOW_BYTES = 200 };
static const double SWEEP_S = 0.05, STAY_S = 1.0, STARVED_S = 2.0;

enum kind { HEALTHY, STALLED, SLOW, BYTEWISE, FLAPPING, KINDS };
enum state { AWAY, CONNECTING, SHAKING, WAITING, HEARING, REFUSED, CLOSED };

struct listener {
    int fd;
    uint8_t kind, state;
    uint8_t ends;   /* how much of the blank line behind the head has come */
    uint16_t mount;
    double asked;   /* when it connected */
    double first;   /* seconds to the first byte of audio; 0: none yet */
    double last;    /* when its newest bytes came; 0: never */
    double from;    /* its last bytes before the window, where its rate is counted from */
    double longest; /* longest gap of the window */
    uint64_t bytes; /* in the window */
    SSL *tls;
};

struct wanted {
    int port, listeners, net, icy, tls, mounts;
    int bad[KINDS];
    double per_second, patience;
    const char *path;
};

static struct wanted want = {.net = 1, .mounts = 1, .patience = 10};
static struct listener *all;
static int poller;
static uint64_t receives;
static char scratch[256 * 1024];
#ifdef WITH_TLS
static SSL_CTX *tls_context;
#endif

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void watch(int index, uint32_t events, int how)
{
    struct epoll_event event = {.events = events, .data.u32 = index};
    if (epoll_ctl(poller, how, all[index].fd, &event))
        die("epoll_ctl");
}

static void leave(struct listener *l, enum state state)
{
#ifdef WITH_TLS
    if (l->tls)
        SSL_free(l->tls);
#endif
    l->tls = NULL;
    close(l->fd);
    l->fd = -1;
    l->state = state;
}

static void join(int index)
{
    struct listener *l = &all[index];
    l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (l->fd < 0)
        die("socket");
    int yes = 1, little = 4096;
    setsockopt(l->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (l->kind == STALLED || l->kind == SLOW || l->kind == BYTEWISE)
        setsockopt(l->fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    int host = l->kind == FLAPPING ? 200 : 1 + index / PER_ADDRESS;
    struct sockaddr_in mine = {.sin_family = AF_INET};
    mine.sin_addr.s_addr = htonl(0x7f000000u + (uint32_t)(want.net << 8) + host);
    if (bind(l->fd, (struct sockaddr *)&mine, sizeof mine))
        die("bind");
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(want.port)};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    l->asked = now();
    l->ends = 0;
    if (connect(l->fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS) {
        leave(l, CLOSED);
        return;
    }
    l->state = CONNECTING;
    watch(index, EPOLLOUT, EPOLL_CTL_ADD);
}

/* Bytes read, 0: closed, -1: nothing now. */
static ssize_t take(struct listener *l, size_t room)
{
#ifdef WITH_TLS
    if (l->tls) {
        int size = SSL_read(l->tls, scratch, room);
        if (size > 0)
            return size;
        return SSL_get_error(l->tls, size) == SSL_ERROR_WANT_READ ? -1 : 0;
    }
#endif
    ssize_t size = recv(l->fd, scratch, room, 0);
    if (size < 0)
        return errno == EAGAIN || errno == EINTR ? -1 : 0;
    return size;
}

static int put(struct listener *l, const char *text, int size)
{
#ifdef WITH_TLS
    if (l->tls)
        return SSL_write(l->tls, text, size) == size;
#endif
    return send(l->fd, text, size, MSG_NOSIGNAL) == size;
}

static void ask(int index)
{
    struct listener *l = &all[index];
    char number[12] = "", request[512];
    if (want.mounts > 1)
        snprintf(number, sizeof number, "%d", l->mount);
    int size = snprintf(request, sizeof request,
                        "GET %s%s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\n%s\r\n",
                        want.path, number, want.icy ? "Icy-MetaData: 1\r\n" : "");
    if (!put(l, request, size)) {
        leave(l, CLOSED);
        return;
    }
    l->state = WAITING;
    if (l->kind == HEALTHY || l->kind == FLAPPING)
        watch(index, EPOLLIN, EPOLL_CTL_MOD);
    else
        watch(index, 0, EPOLL_CTL_DEL);
}

static void connected(int index)
{
#ifdef WITH_TLS
    struct listener *l = &all[index];
    if (want.tls) {
        if (!l->tls) {
            l->tls = SSL_new(tls_context);
            SSL_set_fd(l->tls, l->fd);
            l->state = SHAKING;
        }
        int done = SSL_connect(l->tls);
        if (done != 1) {
            int why = SSL_get_error(l->tls, done);
            if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
                watch(index, why == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT, EPOLL_CTL_MOD);
            else
                leave(l, CLOSED);
            return;
        }
    }
#endif
    ask(index);
}

/* Whether the head is a refusal; the audio begins behind its blank line. */
static void read_head(struct listener *l, ssize_t size)
{
    static const char end[] = "\r\n\r\n";
    if (l->ends == 0 && size >= 12 && memcmp(scratch + 9, "200", 3) && memcmp(scratch, "ICY", 3)) {
        leave(l, REFUSED);
        return;
    }
    for (ssize_t i = 0; i < size; i++) {
        if (l->ends == 4) {
            l->state = HEARING;
            if (!l->first)
                l->first = now() - l->asked;
            return;
        }
        l->ends = scratch[i] == end[l->ends] ? l->ends + 1 : scratch[i] == '\r';
    }
}

static void hear(struct listener *l, int counted)
{
    do {
        ssize_t size = take(l, sizeof scratch);
        if (size < 0)
            return;
        if (size == 0) {
            leave(l, CLOSED);
            return;
        }
        double time = now();
        if (counted) {
            receives++;
            if (l->last && time - l->last > l->longest)
                l->longest = time - l->last;
            l->bytes += size;
        }
        l->last = time;
        if (l->state == WAITING)
            read_head(l, size);
    } while (l->tls && l->fd >= 0);
}

/* What the bad listeners do, some times a second. */
static void sweep(int joined)
{
    double time = now();
    for (int i = 0; i < joined; i++) {
        struct listener *l = &all[i];
        if (l->kind == HEALTHY || l->kind == STALLED)
            continue;
        if (l->state == CLOSED || l->state == REFUSED)
            join(i);
        else if (l->kind == FLAPPING && time - l->asked > STAY_S)
            leave(l, CLOSED);
        else if (l->kind != FLAPPING && l->state == WAITING
                 && take(l, l->kind == SLOW ? SLOW_BYTES : 1) == 0)
            leave(l, CLOSED);
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct series {
    double *values;
    int count;
};

static void add(struct series *s, double value)
{
    s->values[s->count++] = value;
}

static void print_series(const char *name, struct series *s)
{
    int n = s->count;
    qsort(s->values, n, sizeof(double), ascending);
    double total = 0;
    for (int i = 0; i < n; i++)
        total += s->values[i];
    if (n == 0)
        printf(", \"%s\": null", name);
    else
        printf(", \"%s\": {\"mean\": %.2f, \"p1\": %.2f, \"p50\": %.2f, \"p99\": %.2f, \"max\": %.2f}",
               name, total / n, s->values[n / 100], s->values[n / 2], s->values[n - 1 - n / 100],
               s->values[n - 1]);
}

static void begin_window(void)
{
    double time = now();
    receives = 0;
    for (int i = 0; i < want.listeners; i++) {
        all[i].from = all[i].last ? all[i].last : time;
        all[i].longest = 0;
        all[i].bytes = 0;
    }
}

/*
 * The rate is taken between the last bytes before the window and the last bytes in it, so
 * that delivery in pulses gives the same figure whatever part of a pulse the window cuts off.
 */
static double rate_of(const struct listener *l, double time)
{
    double until = l->bytes && time - l->last < STARVED_S ? l->last : time;
    return until > l->from ? l->bytes / (until - l->from) : 0;
}

/* The one that still lasts counts too. */
static double gap_of(const struct listener *l, double time)
{
    double since = time - (l->last ? l->last : l->from);
    return since > l->longest ? since : l->longest;
}

static void print_mounts(double time)
{
    printf(", \"mounts\": [");
    for (int m = 0; m < want.mounts; m++) {
        double rate = 0, least = 1e18, gap = 0;
        int count = 0;
        for (int i = m; i < want.listeners; i += want.mounts) {
            struct listener *l = &all[i];
            if (l->kind != HEALTHY)
                continue;
            double got = l->state == HEARING ? rate_of(l, time) : 0;
            double wait = gap_of(l, time);
            rate += got;
            least = got < least ? got : least;
            gap = wait > gap ? wait : gap;
            count++;
        }
        printf("%s[%.1f, %.1f, %.1f]", m ? ", " : "", count ? rate / count : 0,
               count ? least : 0, gap * 1e3);
    }
    printf("]");
}

static void end_window(double began)
{
    double time = now();
    int healthy = 0, open = 0, closed = 0, refused = 0, silent = 0;
    double *memory = malloc(sizeof(double) * want.listeners * 3);
    if (!memory)
        die("malloc");
    struct series rate = {memory, 0}, gap = {memory + want.listeners, 0},
                  first = {memory + 2 * want.listeners, 0};
    for (int i = 0; i < want.listeners; i++) {
        struct listener *l = &all[i];
        if (l->kind != HEALTHY)
            continue;
        healthy++;
        open += l->state == HEARING;
        closed += l->state == CLOSED;
        refused += l->state == REFUSED;
        silent += !l->first;
        if (l->first)
            add(&first, l->first * 1e3);
        add(&rate, l->state == HEARING ? rate_of(l, time) : 0);
        if (l->state == HEARING)
            add(&gap, gap_of(l, time) * 1e3);
    }
    printf("{\"listeners\": %d, \"healthy\": %d, \"open\": %d, \"closed\": %d, \"refused\": %d, "
           "\"silent\": %d, \"seconds\": %.3f, \"receives\": %.4f",
           want.listeners, healthy, open, closed, refused, silent, time - began,
           healthy ? receives / (time - began) / healthy : 0);
    print_series("rate", &rate);
    print_series("first_ms", &first);
    print_series("gap_ms", &gap);
    print_mounts(time);
    printf("}\n");
    fflush(stdout);
    free(memory);
}

static void read_options(int count, char **words)
{
    const struct { const char *name; int *value; } options[] = {
        {"net", &want.net}, {"icy", &want.icy}, {"tls", &want.tls}, {"mounts", &want.mounts},
        {"stalled", &want.bad[STALLED]}, {"slow", &want.bad[SLOW]},
        {"bytewise", &want.bad[BYTEWISE]}, {"flapping", &want.bad[FLAPPING]},
    };
    if (count < 5) {
        fprintf(stderr, "load PORT PATH LISTENERS JOINS_PER_S [option=number ...]\n");
        exit(2);
    }
    want.port = atoi(words[1]);
    want.path = words[2];
    want.listeners = atoi(words[3]);
    want.per_second = atof(words[4]);
    for (int i = 5; i < count; i++) {
        size_t known = 0, length = strcspn(words[i], "=");
        const char *value = words[i][length] ? words[i] + length + 1 : "";
        if (!strncmp(words[i], "patience=", length + 1)) {
            want.patience = atof(value);
            continue;
        }
        while (known < sizeof options / sizeof *options
               && (strlen(options[known].name) != length
                   || strncmp(words[i], options[known].name, length)))
            known++;
        if (known == sizeof options / sizeof *options) {
            fprintf(stderr, "unknown option: %s\n", words[i]);
            exit(2);
        }
        *options[known].value = atoi(value);
    }
}

/* The bad ones stand evenly among the others. */
static void assign_kinds(void)
{
    int left[KINDS], bad = 0, kind = STALLED;
    for (int k = STALLED; k < KINDS; k++)
        bad += left[k] = want.bad[k];
    for (int i = 0; i < want.listeners; i++) {
        struct listener *l = &all[i];
        l->fd = -1;
        l->mount = i % want.mounts;
        int before = (long)i * bad / want.listeners, after = (long)(i + 1) * bad / want.listeners;
        if (before == after)
            continue;
        for (int tried = 0; tried < KINDS && !left[kind]; tried++)
            kind = kind == FLAPPING ? STALLED : kind + 1;
        if (!left[kind])
            continue;
        l->kind = kind;
        left[kind]--;
        kind = kind == FLAPPING ? STALLED : kind + 1;
    }
}

static int waiting_for_audio(void)
{
    int count = 0;
    for (int i = 0; i < want.listeners; i++)
        count += all[i].kind == HEALTHY && !all[i].first && all[i].state < HEARING;
    return count;
}

static void prepare(void)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
#ifdef WITH_TLS
    tls_context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(tls_context, SSL_MODE_RELEASE_BUFFERS);
#else
    if (want.tls) {
        fprintf(stderr, "compiled without TLS\n");
        exit(2);
    }
#endif
    all = calloc(want.listeners, sizeof *all);
    poller = epoll_create1(0);
    if (!all || poller < 0)
        die("prepare");
    assign_kinds();
    struct epoll_event commands = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &commands))
        die("standard input");
}

/* One of the commands, by its first letter; 0: none whole yet, -1: the end. */
static int command(void)
{
    static char line[64];
    static size_t length;
    ssize_t size = read(STDIN_FILENO, line + length, 1);
    if (size <= 0)
        return -1;
    if (line[length] == '\n' || length == sizeof line - 1) {
        length = 0;
        return line[0];
    }
    length++;
    return 0;
}

int main(int count, char **words)
{
    read_options(count, words);
    prepare();
    struct epoll_event events[EVENTS];
    double start = now(), swept = start, said = 0, began = 0;
    int joined = 0, is_said = 0, bad = want.bad[STALLED] + want.bad[SLOW] + want.bad[BYTEWISE]
                                       + want.bad[FLAPPING];
    for (;;) {
        double time = now();
        int due = (time - start) * want.per_second + 1, opened = 0;
        while (joined < want.listeners && joined < due && opened++ < OPENED_AT_ONCE)
            join(joined++);
        if (bad && time - swept > SWEEP_S) {
            sweep(joined);
            swept = time;
        }
        if (!is_said && joined == want.listeners && time - said > 0.1) {
            double all_asked = start + want.listeners / want.per_second;
            said = time;
            if (!waiting_for_audio() || time > all_asked + want.patience) {
                is_said = 1;
                printf("joined\n");
                fflush(stdout);
            }
        }
        int ready = epoll_wait(poller, events, EVENTS, joined < want.listeners ? 1 : bad ? 20 : 100);
        for (int i = 0; i < ready; i++) {
            uint32_t index = events[i].data.u32;
            if (index == UINT32_MAX) {
                int told = command();
                if (told < 0)
                    return 0;
                if (told == 'b') {
                    began = now();
                    begin_window();
                } else if (told == 'e') {
                    end_window(began);
                }
                continue;
            }
            struct listener *l = &all[index];
            if (l->fd < 0)
                continue;
            if (l->state == CONNECTING || l->state == SHAKING)
                connected(index);
            else
                hear(l, l->kind == HEALTHY);
        }
    }
}
