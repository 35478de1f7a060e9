/* Threads that work on one task together, and the memory that each keeps from task to task. */
#ifndef ULS_TEAM_H
#define ULS_TEAM_H

typedef struct Team Team;

/* Start a team. The caller's thread is one of its members, the only one where no other can be
 * started. 0 if there is no memory. */
Team *team_open(int members);

void team_close(Team *team);

/* Call `work(task, item, member)` for every item below `items`, each once, in any order.
 * Returns 0, or 1 as soon as a call returned 0, which means that there was no memory. */
int team_run(Team *team, int (*work)(void *task, long item, int member), void *task, long items);

/* Give a member's memory, `which` of two, or with member -1 what all share: at least `floats`
 * floats, with what they hold kept only if they were enough before. 0 if there is no memory. */
float *team_memory(Team *team, int member, int which, long floats);

int team_members(const Team *team);

#endif
