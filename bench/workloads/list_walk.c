/* A doubly linked list, walked from head to head. Arguments: how often, how many nodes. */
#include <stdio.h>
#include <stdlib.h>

struct node {
    struct node *next;
    struct node *before;
    unsigned int value;
};

unsigned int run(struct node *head)
{
    unsigned int sum = 0;
    struct node *entry;
    for (entry = head->next; entry != head; entry = entry->next)
        sum += entry->value;
    return sum;
}

int main(int argc, char **argv)
{
    int times = atoi(argv[1]);
    int size = atoi(argv[2]);
    struct node *nodes = malloc((size + 1) * sizeof(struct node));
    struct node *last = nodes;
    struct node *here;
    unsigned int x = 0;
    int i;
    int at = 0;
    for (i = 0; i < size; i++) {
        here = &nodes[1 + at];
        at = (at + 7919) % size;
        x += 0x9E3779B1;
        here->value = x;
        here->before = last;
        last->next = here;
        last = here;
    }
    last->next = nodes;
    nodes->before = last;
    while (times-- > 0)
        printf("%u\n", run(nodes));
    return 0;
}
