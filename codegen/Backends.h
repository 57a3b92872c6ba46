#ifndef EMEL_CODEGEN_BACKENDS_H_
#define EMEL_CODEGEN_BACKENDS_H_

/// What code can be made for.
namespace emel {

/// Makes every backend's device known to passes; once is enough.
void registerBackends();

}  // namespace emel

#endif  // EMEL_CODEGEN_BACKENDS_H_
