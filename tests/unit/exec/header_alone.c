#include <emel/emel.h>
