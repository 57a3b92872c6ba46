#ifndef EMEL_RUNTIME_BORDER_HANDLES_H_
#define EMEL_RUNTIME_BORDER_HANDLES_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace emel::border {

// The objects behind the opaque pointers of a C API. A handle is a number in a pointer's clothes:
// it is looked up and never followed, and no number comes twice, so that a dead one is an error
// rather than undefined behaviour. Handle is the opaque struct.
template <typename Handle, typename Object>
class Handles {
 public:
  struct Slot {
    template <typename... Args>
    explicit Slot(Args&&... args) : object(std::forward<Args>(args)...) {}
    std::atomic<bool> taken = false;
    Object object;
  };

  // The object for the time of one call. It says no if there is none, or if another call has it.
  class Use {
   public:
    explicit Use(std::shared_ptr<Slot> slot)
        : slot_(std::move(slot)), mine_(slot_ && !slot_->taken.exchange(true)) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() {
      if (mine_) slot_->taken = false;
    }
    explicit operator bool() const { return mine_; }
    bool busy() const { return slot_ && !mine_; }
    Object* operator->() const { return &slot_->object; }
    Object& operator*() const { return slot_->object; }

   private:
    std::shared_ptr<Slot> slot_;
    bool mine_;
  };

  // Never destroyed: a handle may be used while the program ends.
  static Handles& Get() {
    static auto* const handles = new Handles;
    return *handles;
  }

  template <typename... Args>
  Handle* Create(Args&&... args) {
    auto slot = std::make_shared<Slot>(std::forward<Args>(args)...);
    const std::lock_guard lock(mutex_);
    const uintptr_t number = next_ + kStep;
    slots_.emplace(number, std::move(slot));
    next_ = number;
    return reinterpret_cast<Handle*>(number);
  }

  Use Find(const Handle* handle) {
    const std::lock_guard lock(mutex_);
    const auto slot = slots_.find(reinterpret_cast<uintptr_t>(handle));
    return Use(slot == slots_.end() ? nullptr : slot->second);
  }

  // The handle is dead from here on; the object ends with its last use.
  void Remove(const Handle* handle) {
    const std::lock_guard lock(mutex_);
    slots_.erase(reinterpret_cast<uintptr_t>(handle));
  }

 private:
  static constexpr uintptr_t kStep = 16;
  std::mutex mutex_;
  std::unordered_map<uintptr_t, std::shared_ptr<Slot>> slots_;
  uintptr_t next_ = 0;
};

}  // namespace emel::border

#endif  // EMEL_RUNTIME_BORDER_HANDLES_H_
