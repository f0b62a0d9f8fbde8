/* What the programs of csmith need, without floating point: checked arithmetic and a running checksum.
   Read by our own preprocessor and by the C compiler that serves as the oracle. */
#ifndef CSMITH_H
#define CSMITH_H

typedef signed char int8_t;
typedef unsigned char uint8_t;
typedef short int16_t;
typedef unsigned short uint16_t;
typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;

#ifndef DMASCRIPT
int printf(const char *, ...);
#endif

#define STATIC static

#define WRAP_ONE(U, S, x) ((S)(-(U)(x)))
#define WRAP_TWO(U, S, x, op, y) ((S)((U)(x) op (U)(y)))

#define SIGNED_FAMILY(S, U, W, BITS)                                                                                   \
    static S safe_unary_minus_func_##S##_s(S x) { return WRAP_ONE(W, S, x); }                                          \
    static S safe_add_func_##S##_s_s(S x, S y) { return WRAP_TWO(W, S, x, +, y); }                                     \
    static S safe_sub_func_##S##_s_s(S x, S y) { return WRAP_TWO(W, S, x, -, y); }                                     \
    static S safe_mul_func_##S##_s_s(S x, S y) { return WRAP_TWO(W, S, x, *, y); }                                     \
    static S safe_div_func_##S##_s_s(S x, S y) { return (y == 0 || y == -1) ? x : (S)(x / y); }                        \
    static S safe_mod_func_##S##_s_s(S x, S y) { return (y == 0 || y == -1) ? x : (S)(x % y); }                        \
    static S safe_lshift_func_##S##_s_s(S x, int n) { return (n < 0 || n >= BITS) ? x : (S)((W)x << n); }              \
    static S safe_lshift_func_##S##_s_u(S x, unsigned int n) { return n >= BITS ? x : (S)((W)x << n); }                \
    static S safe_rshift_func_##S##_s_s(S x, int n) { return (n < 0 || n >= BITS) ? x : (S)(x >> n); }                 \
    static S safe_rshift_func_##S##_s_u(S x, unsigned int n) { return n >= BITS ? x : (S)(x >> n); }

#define UNSIGNED_FAMILY(U, W, BITS)                                                                                    \
    static U safe_unary_minus_func_##U##_u(U x) { return WRAP_ONE(W, U, x); }                                          \
    static U safe_add_func_##U##_u_u(U x, U y) { return WRAP_TWO(W, U, x, +, y); }                                     \
    static U safe_sub_func_##U##_u_u(U x, U y) { return WRAP_TWO(W, U, x, -, y); }                                     \
    static U safe_mul_func_##U##_u_u(U x, U y) { return WRAP_TWO(W, U, x, *, y); }                                     \
    static U safe_div_func_##U##_u_u(U x, U y) { return y == 0 ? x : (U)(x / y); }                                     \
    static U safe_mod_func_##U##_u_u(U x, U y) { return y == 0 ? x : (U)(x % y); }                                     \
    static U safe_lshift_func_##U##_u_s(U x, int n) { return (n < 0 || n >= BITS) ? x : (U)((W)x << n); }              \
    static U safe_lshift_func_##U##_u_u(U x, unsigned int n) { return n >= BITS ? x : (U)((W)x << n); }                \
    static U safe_rshift_func_##U##_u_s(U x, int n) { return (n < 0 || n >= BITS) ? x : (U)(x >> n); }                 \
    static U safe_rshift_func_##U##_u_u(U x, unsigned int n) { return n >= BITS ? x : (U)(x >> n); }

SIGNED_FAMILY(int8_t, uint8_t, uint32_t, 32)
SIGNED_FAMILY(int16_t, uint16_t, uint32_t, 32)
SIGNED_FAMILY(int32_t, uint32_t, uint32_t, 32)
SIGNED_FAMILY(int64_t, uint64_t, uint64_t, 64)
UNSIGNED_FAMILY(uint8_t, uint32_t, 32)
UNSIGNED_FAMILY(uint16_t, uint32_t, 32)
UNSIGNED_FAMILY(uint32_t, uint32_t, 32)
UNSIGNED_FAMILY(uint64_t, uint64_t, 64)

static uint32_t crc32_context = 0xFFFFFFFFu;

static void crc32_gentab(void) {}

static void crc32_byte(uint8_t byte)
{
    int bit;
    crc32_context ^= byte;
    for (bit = 0; bit < 8; bit++)
        crc32_context = (crc32_context >> 1) ^ (0xEDB88320u & (0u - (crc32_context & 1u)));
}

static void transparent_crc(uint64_t value, char *name, int show)
{
    int byte;
    for (byte = 0; byte < 8; byte++)
        crc32_byte((uint8_t)(value >> (8 * byte)));
    if (show)
        printf("%s %x\n", name, crc32_context);
}

static void transparent_crc_bytes(char *bytes, int count, char *name, int show)
{
    int i;
    for (i = 0; i < count; i++)
        crc32_byte((uint8_t)bytes[i]);
    if (show)
        printf("%s %x\n", name, crc32_context);
}

static void platform_main_begin(void) {}

static void platform_main_end(uint32_t crc, int show)
{
    printf("checksum = %X\n", crc);
}

#endif
