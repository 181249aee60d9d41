/* Text on a console, whichever it is: the program has put_character(). */
#ifndef TEXT_H
#define TEXT_H

#include "platform.h"

void put_character(char c);
void print(const char *text);
void print_hex(u32 value);
void print_decimal(u32 value);

#endif
