#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plants.h"
#include "world.h"

/**
 * The simulator: lives through seeds and reports what the checkers found.
 *
 *     sim --seeds N --steps M [--seed S] [--plant BUG | --plant list] [--first] [--all] [--traces]
 * [--verbose]
 *
 * `--first` stops at the first violation, `--all` reports more than the first few in full, `--traces` prints
 * each seed's trace hash, `--verbose` every event. The last line is `N seeds, M steps, V violations`; the
 * exit code is 1 when V is not 0; the line before says what befell tabs.
 */
typedef struct {
    int64_t seeds;
    int64_t steps;
    uint64_t seed;
    const char *plant;
    bool first;
    bool traces;
    bool all;
    bool verbose;
} options;

enum { REPORTS_MAX = 5, PROGRESS_SEEDS = 500 };

static const char how_to_use[] = "sim --seeds N --steps M [--seed S] [--plant BUG | --plant list] [--first] "
                                 "[--all] [--traces] [--verbose]\n";

static bool read_flag(options *o, const char *name) {
    if (strcmp(name, "--first") == 0) o->first = true;
    else if (strcmp(name, "--traces") == 0) o->traces = true;
    else if (strcmp(name, "--all") == 0) o->all = true;
    else if (strcmp(name, "--verbose") == 0) o->verbose = true;
    else return false;
    return true;
}

static bool read_value(options *o, const char *name, const char *value) {
    if (strcmp(name, "--seeds") == 0) o->seeds = strtoll(value, NULL, 10);
    else if (strcmp(name, "--steps") == 0) o->steps = strtoll(value, NULL, 10);
    else if (strcmp(name, "--seed") == 0) o->seed = strtoull(value, NULL, 10);
    else if (strcmp(name, "--plant") == 0) o->plant = value;
    else return false;
    return true;
}

static bool read_options(options *o, int count, char **words) {
    for (int i = 1; i < count; i++) {
        if (read_flag(o, words[i])) continue;
        if (i + 1 == count || !read_value(o, words[i], words[i + 1])) return false;
        i++;
    }
    return o->seeds > 0 && o->steps > 0;
}

static void report(const options *o, const world *w) {
    buffer settings = {0};
    const swarm picked = swarm_pick(w->seed);
    swarm_describe(&picked, &settings);
    printf("violation: seed %" PRIu64 ", step %" PRId64 ", checker %s\n", w->seed, w->step, w->log.checker);
    printf("  %s\n  %s\n  the last events:\n", w->log.violation, settings.at);
    log_print(w);
    printf("  again: npm run sim -- --seeds 1 --steps %" PRId64 " --seed %" PRIu64 "%s%s\n", o->steps,
           w->seed, o->plant ? " --plant " : "", o->plant ? o->plant : "");
    fflush(stdout);
    buffer_free(&settings);
}

static void add_totals(tab_totals *sum, const tab_totals *t) {
    sum->opened += t->opened;
    sum->takeovers += t->takeovers;
    sum->steals += t->steals;
    sum->freezes += t->freezes;
    sum->fenced += t->fenced;
    sum->mailed += t->mailed;
    sum->messages_lost += t->messages_lost;
}

static void print_totals(const tab_totals *t) {
    printf("%" PRId64 " tabs, %" PRId64 " takeovers, %" PRId64 " steals, %" PRId64 " freezes, ", t->opened,
           t->takeovers, t->steals, t->freezes);
    printf("%" PRId64 " times fenced, %" PRId64 " mails, %" PRId64 " messages lost\n", t->fenced, t->mailed,
           t->messages_lost);
}

/** What all seeds have come to. */
typedef struct {
    int64_t steps;
    int64_t violations;
    tab_totals tabs;
} sums;

/** One seed. */
static void run_seed(const options *o, uint64_t seed, sums *all) {
    world *w = world_run(&(world_options){seed, o->steps, o->verbose});
    const bool violated = w->log.violated;
    all->steps += w->step;
    add_totals(&all->tabs, &w->tabs.totals);
    if (o->traces) printf("seed %" PRIu64 ": %016" PRIx64 "\n", seed, w->log.hash);
    if (violated && (o->all || all->violations < REPORTS_MAX)) report(o, w);
    else if (violated) printf("violation: seed %" PRIu64 ", checker %s\n", seed, w->log.checker);
    all->violations += violated;
    world_free(w);
}

int main(int count, char **words) {
    options o = {.seeds = 100, .steps = 2000, .seed = 1};
    sums all = {0};
    int64_t seeds = 0;
    if (!read_options(&o, count, words)) {
        fputs(how_to_use, stderr);
        return 2;
    }
    if (o.plant && strcmp(o.plant, "list") == 0) {
        plants_print();
        return 0;
    }
    if (o.plant && !plants_plant(o.plant)) {
        fprintf(stderr, "There is no bug %s to plant; --plant list names them.\n", o.plant);
        return 2;
    }
    for (; seeds < o.seeds && !(o.first && all.violations); seeds++) {
        run_seed(&o, o.seed + (uint64_t)seeds, &all);
        if ((seeds + 1) % PROGRESS_SEEDS == 0) printf("%" PRId64 " seeds\n", seeds + 1), fflush(stdout);
    }
    print_totals(&all.tabs);
    printf("%" PRId64 " seeds, %" PRId64 " steps, %" PRId64 " violations\n", seeds, all.steps,
           all.violations);
    return all.violations > 0;
}
