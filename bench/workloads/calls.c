/* Calls of library functions that do little. Arguments: how often, how many calls. */
#include <stdio.h>
#include <stdlib.h>

unsigned int run(unsigned int size, unsigned int count)
{
    unsigned int sum = 0;
    unsigned int i;
    for (i = 0; i < count; i++) {
        sum += abs(size);
        sum += abs(0);
    }
    return sum;
}

int main(int argc, char **argv)
{
    int times = atoi(argv[1]);
    int size = atoi(argv[2]);
    while (times-- > 0)
        printf("%u\n", run(4096, size / 2));
    return 0;
}
