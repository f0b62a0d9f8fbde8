/* A scatter/gather list from frame numbers: adjacent frames make one element. Arguments: how often, how many frames. */
#include <stdio.h>
#include <stdlib.h>

struct element {
    unsigned long address;
    unsigned int length;
    unsigned long reserved;
};

unsigned int run(unsigned long *frames, unsigned int pages, struct element *list)
{
    unsigned int count = 0;
    unsigned int i;
    unsigned long next = 0;
    unsigned long frame;
    for (i = 0; i < pages; i++) {
        frame = frames[i];
        if (count != 0 && frame == next) {
            list[count - 1].length += 4096;
        } else {
            list[count].address = frame << 12;
            list[count].length = 4096;
            count++;
        }
        next = frame + 1;
    }
    return count;
}

int main(int argc, char **argv)
{
    int times = atoi(argv[1]);
    int size = atoi(argv[2]);
    unsigned long *frames = malloc(size * sizeof(unsigned long));
    struct element *list = malloc(size * sizeof(struct element));
    int i;
    for (i = 0; i < size; i++)
        frames[i] = 0x100000 + i / 4 * 16 + i % 4;
    while (times-- > 0)
        printf("%u\n", run(frames, size, list));
    return 0;
}
