#include <emel/plan.h>
