#include "codegen/cpu/Device.h"

#include "runtime/layout/r16.h"

using namespace mlir;

namespace emel::cpu {

/// Two cores. Reading and bulk arithmetic of sapphirerapids (AMX, bf16 tiles; f16 is split into two
/// bf16) are measured; x86-64-v4 computes quantised types with VNNI, x86-64-v3 with 16-bit
/// products, and floats as f32. Kernels that read GGUF's arrangement need a sum across lanes for
/// each row and cannot stream several panels at a time: measured on a peer, half the reading and a
/// sixth of AMX. Nothing is measured on aarch64: its rates are x86-64-v3's, of vectors half as
/// long.
static constexpr plan::Speeds kMachines[] = {
    {"x86-64-v3", 40e9, 0.4e12, 0.15e12, 0.15e12, 0.15e12, 0.5, 0.7},
    {"x86-64-v4", 42e9, 1.2e12, 0.3e12, 0.3e12, 0.3e12, 0.5, 0.6},
    {"sapphirerapids", 42e9, 2.0e12, 2.0e12, 1.0e12, 0.3e12, 0.5, 0.17},
    {"aarch64", 30e9, 0.4e12, 0.1e12, 0.1e12, 0.1e12, 0.5, 0.7},
    {"generic", 20e9, 0.1e12, 0.05e12, 0.05e12, 0.05e12, 0.7, 0.8},
};

static constexpr Layout kLayouts[] = {Layout::R16};

/// Tiles of AMX turn all activations into panels of their own, so that fewer tiles are better.
static constexpr plan::FormRule kForms[] = {{ActivationForm::A8, 32}, {ActivationForm::BF16, 16}};

const plan::Device &device() {
  static constexpr plan::Device kDevice = {
      .name = "cpu",
      .description = "two cores of a CPU",
      .machines = kMachines,
      .layouts = kLayouts,
      .forms = kForms,
      .launches = {.mayOwn = true, .eachElements = 65536, .eachRows = 0, .dynamicTokens = 8},
      .tiles = {.panel = layout::kR16Rows,
                .columns = 256,
                .rows = 8,
                .block = 32,
                .wanted = 32,
                .ofCells = 8},
  };
  return kDevice;
}

}  // namespace emel::cpu
