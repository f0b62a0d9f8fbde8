/* CRC-32 of a buffer, a byte at a time by table. Arguments: how often, how many bytes. */
#include <stdio.h>
#include <stdlib.h>

unsigned int table[256];

void prepare(void)
{
    unsigned int i, crc;
    int bit;
    for (i = 0; i < 256; i++) {
        crc = i;
        for (bit = 0; bit < 8; bit++)
            crc = crc & 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        table[i] = crc;
    }
}

unsigned int run(unsigned char *data, unsigned int length)
{
    unsigned int crc = 0xFFFFFFFF;
    unsigned int i;
    for (i = 0; i < length; i++)
        crc = (crc >> 8) ^ table[(crc ^ data[i]) & 0xFF];
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
    prepare();
    while (times-- > 0)
        printf("%u\n", run(data, size));
    return 0;
}
