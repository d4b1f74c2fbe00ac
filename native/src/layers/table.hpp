// The table of layers: a new one is a header in this folder and a line here.
#pragma once

#include "../tables.hpp"
#include "activation.hpp"
#include "attention.hpp"
#include "channels.hpp"
#include "convolution.hpp"
#include "dense.hpp"
#include "embedding.hpp"
#include "last_step.hpp"
#include "layer_normalization.hpp"
#include "noise.hpp"
#include "normalization.hpp"
#include "pooling.hpp"
#include "positional_encoding.hpp"
#include "positionwise.hpp"
#include "recurrent.hpp"
#include "rearranged.hpp"
#include "residual.hpp"
#include "rms_normalization.hpp"
#include "transpose.hpp"
#include "upsample.hpp"

namespace axone {

template <class Real>
using LayerBuilder = std::unique_ptr<Layer<Real>> (*)(const Settings&, const Site&);

template <class Real>
inline constexpr Named<LayerBuilder<Real>> kLayers[] = {
    {"dense", Dense<Real>::build},
    {"activation", ActivationLayer<Real>::build},
    {"dropout", Dropout<Real>::build},
    {"gaussian_noise", GaussianNoise<Real>::build},
    {"batch_norm", BatchNorm<Real>::build},
    {"layer_norm", LayerNorm<Real>::build},
    {"rms_norm", RMSNorm<Real>::build},
    {"residual", Residual<Real>::build},
    {"convolution", Convolution<Real>::build},
    {"max_pool", MaxPool<Real>::build},
    {"average_pool", AveragePool<Real>::build},
    {"global_pool", GlobalPool<Real>::build},
    {"channel_dropout", ChannelDropout<Real>::build},
    {"transpose", Transpose<Real>::build},
    {"upsample", Upsample<Real>::build},
    {"embedding", Embedding<Real>::build},
    {"last_step", LastStep<Real>::build},
    {"recurrent", Recurrent<Real>::build},
    {"positionwise_dense", PositionwiseDense<Real>::build},
    {"positional_encoding", PositionalEncoding<Real>::build},
    {"attention", Attention<Real>::build},
};

template <class Real>
Layers<Real> build_layers(const std::vector<Settings>& described, const Site& site, Arrangement at_last) {
  if (described.empty()) throw std::invalid_argument("a network, or a block in it, has no layers");
  Layers<Real> layers;
  Site here = site;
  for (const auto& settings : described) {
    const bool last = &settings == &described.back();
    auto layer = find(kLayers<Real>, settings.word("kind"), "layer")(settings, here);
    if (!layers.empty() && layers.back()->outputs != layer->inputs)
      throw std::invalid_argument("a layer is not as wide as the one before leaves it");
    if (layer->vocabulary() > 0 && !layers.empty())
      throw std::invalid_argument("tokens come first: nothing passes back through an embedding");
    const Arrangement after = last ? at_last : layer->gives();
    if (layer->takes() != here.arrangement || layer->gives() != after)
      layer = std::make_unique<Rearranged<Real>>(std::move(layer), here.arrangement, after, site);
    here.arrangement = layer->gives();
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace axone
