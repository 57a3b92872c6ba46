#include "compiler/driver/PlanOutput.h"
#include "llvm/Support/Format.h"

using namespace mlir;

namespace emel {
namespace {

using plan::ArenaKind;

constexpr double kWidth = 1200, kHeight = 320, kLeft = 90, kTop = 70, kGap = 110;
/// More epochs than this are layers that repeat: the picture shows as many of the first and of the
/// last ones.
constexpr int64_t kMostEpochs = 96;

std::string readable(int64_t bytes) {
  std::string text;
  llvm::raw_string_ostream out(text);
  if (bytes >= 1 << 20)
    out << llvm::format("%.2f MiB", bytes / 1048576.0);
  else if (bytes >= 1 << 10)
    out << llvm::format("%.1f KiB", bytes / 1024.0);
  else
    out << bytes << " B";
  return text;
}

/// One entry's arena: x is plan time in epochs, y is bytes, from the bottom.
class Panel {
 public:
  Panel(const PlannedEntry &entry, double top, llvm::raw_ostream &out)
      : entry_(entry), top_(top), out_(out) {
    epochs_ = entry.epochs.size();
    hidden_ = std::max<int64_t>(0, epochs_ - kMostEpochs);
    shown_ = epochs_ - hidden_;
    bytes_ = std::max<int64_t>(1, entry.usedBytes(ArenaKind::Shared));
  }

  void draw() {
    int64_t bound = entry_.liveBytes(ArenaKind::Shared);
    out_ << "<text class=\"title\" x=\"" << kLeft << "\" y=\"" << top_ - 34 << "\">" << entry_.name
         << ", at most " << entry_.tokens << (entry_.tokens == 1 ? " token" : " tokens")
         << "</text>\n<text x=\"" << kLeft << "\" y=\"" << top_ - 16 << "\">" << readable(bytes_)
         << ", lower bound " << readable(bound) << ", without reuse "
         << readable(entry_.noReuseBytes) << "; " << entry_.launches << " launches, "
         << entry_.barriers << " barriers"
         << (hidden_ > 0 ? "; the middle is left out, " + std::to_string(hidden_) + " epochs" : "")
         << "</text>\n<rect class=\"frame\" x=\"" << kLeft << "\" y=\"" << top_ << "\" width=\""
         << kWidth << "\" height=\"" << kHeight << "\"/>\n";
    int64_t index = 0;
    for (const PlannedBuffer &buffer : entry_.buffers)
      if (buffer.arena == ArenaKind::Shared) drawBuffer(buffer, index++);
    drawBound();
    out_ << "<text class=\"axis\" x=\"" << kLeft - 8 << "\" y=\"" << top_ + 10 << "\">"
         << readable(bytes_) << "</text><text class=\"axis\" x=\"" << kLeft - 8 << "\" y=\""
         << top_ + kHeight << "\">0</text>\n<text x=\"" << kLeft << "\" y=\"" << top_ + kHeight + 16
         << "\">plan time: " << epochs_ << " epochs between barriers</text>\n";
  }

 private:
  double x(int64_t epoch) const {
    int64_t half = shown_ / 2, place = epoch;
    if (hidden_ > 0 && epoch > half) place = std::max(half, epoch - hidden_);
    return kLeft + kWidth * static_cast<double>(place) / static_cast<double>(shown_);
  }
  double y(int64_t bytes) const {
    return top_ + kHeight * (1 - static_cast<double>(bytes) / static_cast<double>(bytes_));
  }

  void drawBuffer(const PlannedBuffer &buffer, int64_t index) {
    double left = x(buffer.lower), right = x(buffer.upper);
    if (right <= left) return;
    double upper = y(buffer.offset + buffer.size), lower = y(buffer.offset);
    out_ << "<g><title>" << buffer.name << ": " << readable(buffer.size) << " at " << buffer.offset
         << ", epochs " << buffer.lower << " to " << buffer.upper << "</title>"
         << llvm::format(
                "<rect class=\"b%d\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>",
                static_cast<int>(index % 6), left, upper, right - left, lower - upper);
    // A name is drawn where it fits.
    if (right - left > 7.0 * static_cast<double>(buffer.name.size()) && lower - upper > 12)
      out_ << llvm::format("<text class=\"name\" x=\"%.2f\" y=\"%.2f\">", left + 3, upper + 11)
           << buffer.name << "</text>";
    out_ << "</g>\n";
  }

  void drawBound() {
    out_ << "<path class=\"bound\" d=\"";
    for (int64_t epoch = 0; epoch < epochs_; ++epoch) {
      double height = y(entry_.liveBytesIn(ArenaKind::Shared, epoch));
      out_ << (epoch == 0 ? "M" : "L")
           << llvm::format("%.2f %.2fL%.2f %.2f", x(epoch), height, x(epoch + 1), height);
    }
    out_ << "\"/>\n";
  }

  const PlannedEntry &entry_;
  double top_;
  llvm::raw_ostream &out_;
  int64_t epochs_, hidden_, shown_, bytes_;
};

constexpr StringLiteral kStyle = R"(<style>
text { font: 12px sans-serif; fill: #333 } .title { font-size: 15px; font-weight: bold } .axis { text-anchor: end }
.name { font-size: 10px; fill: #111 } .frame { fill: none; stroke: #888 } .bound { fill: none; stroke: #c22; stroke-width: 2 }
rect { stroke: #555; stroke-width: .5 } .b0 { fill: #8ecae6 } .b1 { fill: #ffd166 } .b2 { fill: #a8dcb5 }
.b3 { fill: #cdb4db } .b4 { fill: #f4a896 } .b5 { fill: #c9d1d9 }
@media (prefers-color-scheme: dark) { svg { background: #181a1f } text { fill: #ddd } }
</style>
)";

}  // namespace

std::string writePlanSvg(const PlanSummary &plan) {
  std::string text;
  llvm::raw_string_ostream out(text);
  double panel = kHeight + kGap;
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << kLeft + kWidth + 20
      << "\" height=\"" << kTop + panel * static_cast<double>(plan.entries.size()) + 10 << "\">\n"
      << kStyle << "<text x=\"" << kLeft
      << "\" y=\"20\">The arena over plan time: a rectangle is a buffer, the red line what lives "
         "at "
         "least.</text>\n";
  for (auto [i, entry] : llvm::enumerate(plan.entries))
    Panel(entry, kTop + 20 + panel * static_cast<double>(i), out).draw();
  out << "</svg>\n";
  return text;
}

}  // namespace emel
