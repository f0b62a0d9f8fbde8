/* Calls and little else. Arguments: how often, which number. */
#include <stdio.h>
#include <stdlib.h>

unsigned int run(unsigned int n)
{
    if (n < 2)
        return n;
    return run(n - 1) + run(n - 2);
}

int main(int argc, char **argv)
{
    int times = atoi(argv[1]);
    int size = atoi(argv[2]);
    while (times-- > 0)
        printf("%u\n", run(size));
    return 0;
}
