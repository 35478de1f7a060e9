#include "team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "vectors.h"

#define HUGE_PAGE (2L << 20)

typedef struct {
    float *start;
    long bytes;
} Memory;

typedef struct {
    Team *team;
    int number;
} Member;

struct Team {
    int members;
    pthread_t *threads;
    Member *numbers;
    Memory (*memories)[2]; /* of each member, and last what all share */
    pthread_mutex_t lock;
    pthread_cond_t begin, end;
    long round; /* counts tasks, so that no member takes one twice */
    int busy;   /* members, without the caller, that have not finished */
    int closing;
    int (*work)(void *, long, int);
    void *task;
    long items;
    atomic_long next;
    atomic_int failed;
};

static void take_items(Team *team, int member) {
    for (long item; !team->failed && (item = atomic_fetch_add(&team->next, 1)) < team->items;)
        if (!team->work(team->task, item, member)) team->failed = 1;
    finish_streaming();
}

static void *live(void *argument) {
    Member *member = argument;
    Team *team = member->team;
    for (long done = 0;; done++) {
        pthread_mutex_lock(&team->lock);
        while (team->round == done && !team->closing) pthread_cond_wait(&team->begin, &team->lock);
        int closing = team->closing;
        pthread_mutex_unlock(&team->lock);
        if (closing) return 0;
        take_items(team, member->number);
        pthread_mutex_lock(&team->lock);
        if (--team->busy == 0) pthread_cond_signal(&team->end);
        pthread_mutex_unlock(&team->lock);
    }
}

Team *team_open(int members) {
    Team *team = calloc(1, sizeof *team);
    if (!team) return 0;
    pthread_mutex_init(&team->lock, 0);
    pthread_cond_init(&team->begin, 0);
    pthread_cond_init(&team->end, 0);
    team->members = 1;
    team->threads = calloc(members, sizeof *team->threads);
    team->numbers = calloc(members, sizeof *team->numbers);
    team->memories = calloc(members + 1, sizeof *team->memories);
    if (!team->threads || !team->numbers || !team->memories) {
        team_close(team);
        return 0;
    }
    while (team->members < members) {
        Member *member = &team->numbers[team->members];
        *member = (Member){team, team->members};
        if (pthread_create(&team->threads[member->number], 0, live, member)) break;
        team->members++;
    }
    return team;
}

void team_close(Team *team) {
    pthread_mutex_lock(&team->lock);
    team->closing = 1;
    pthread_cond_broadcast(&team->begin);
    pthread_mutex_unlock(&team->lock);
    for (int number = 1; number < team->members; number++) pthread_join(team->threads[number], 0);
    for (int owner = 0; team->memories && owner <= team->members; owner++)
        for (int which = 0; which < 2; which++) free(team->memories[owner][which].start);
    free(team->threads);
    free(team->numbers);
    free(team->memories);
    free(team);
}

int team_run(Team *team, int (*work)(void *, long, int), void *task, long items) {
    pthread_mutex_lock(&team->lock);
    team->work = work;
    team->task = task;
    team->items = items;
    team->next = 0;
    team->failed = 0;
    team->busy = team->members - 1;
    team->round++;
    pthread_cond_broadcast(&team->begin);
    pthread_mutex_unlock(&team->lock);
    take_items(team, 0);
    pthread_mutex_lock(&team->lock);
    while (team->busy) pthread_cond_wait(&team->end, &team->lock);
    pthread_mutex_unlock(&team->lock);
    return team->failed;
}

float *team_memory(Team *team, int member, int which, long floats) {
    Memory *memory = &team->memories[member < 0 ? team->members : member][which];
    long bytes = (floats * (long)sizeof(float) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    if (memory->bytes < bytes) {
        free(memory->start);
        memory->start = aligned_alloc(HUGE_PAGE, bytes);
        memory->bytes = memory->start ? bytes : 0;
        if (memory->start) madvise(memory->start, bytes, MADV_HUGEPAGE);
    }
    return memory->start;
}

int team_members(const Team *team) { return team->members; }
