#ifndef EMEL_CODEGEN_CPU_DEVICE_H_
#define EMEL_CODEGEN_CPU_DEVICE_H_

#include "dialects/plan/Device.h"

/// What passes may know of CPUs.
namespace emel::cpu {

const plan::Device &device();

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_DEVICE_H_
