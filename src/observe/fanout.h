// Passes each event to several sinks, in order. The sinks must outlive it. Thread-safe once built.
#pragma once

#include <initializer_list>
#include <vector>

#include "observe/event.h"

namespace trivet::observe {

class Fanout final : public Sink {
 public:
  Fanout() = default;
  Fanout(std::initializer_list<Sink*> sinks) : sinks_(sinks) {}
  void add(Sink& sink) { sinks_.push_back(&sink); }

  void request(const RequestEvent& event) override {
    for (Sink* sink : sinks_) sink->request(event);
  }
  void lifecycle(const LifecycleEvent& event) override {
    for (Sink* sink : sinks_) sink->lifecycle(event);
  }

 private:
  std::vector<Sink*> sinks_;
};

}  // namespace trivet::observe
