#include "codegen/Backends.h"

#include "codegen/cpu/Device.h"

void emel::registerBackends() { plan::registerDevice(cpu::device()); }
