/* CRC-32 of a buffer, a bit at a time. Arguments: how often, how many bytes. */
#include <stdio.h>
#include <stdlib.h>

unsigned int run(unsigned char *data, unsigned int length)
{
    unsigned int crc = 0xFFFFFFFF;
    unsigned int i;
    int bit;
    for (i = 0; i < length; i++) {
        crc ^= data[i];
        for (bit = 0; bit < 8; bit++)
            crc = crc & 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
    }
    return ~crc;
}

int main(int argc, char **argv)
{
    int times = atoi(argv[1]);
    int size = atoi(argv[2]);
    unsigned char *data = malloc(size);
    unsigned int i, x;
    x = 0;
    for (i = 0; i < size; i++) {
        data[i] = (x >> 24) & 255;
        x += 0x9E3779B1;
    }
    while (times-- > 0)
        printf("%u\n", run(data, size));
    return 0;
}
